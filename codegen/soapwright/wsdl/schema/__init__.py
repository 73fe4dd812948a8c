"""XML Schemas read by xsdata and turned into the model's types.

xsdata gives the object model of a schema document (`xsdata.models.xsd`); everything that a
schema means is worked out here, from that. It keeps neither line numbers nor foreign
attributes; the lxml tree that it was fed from gives both, by the index of each object.

    xsd.py          xsdata: its parser and its objects; nothing else imports it
    parse.py        one document → xsdata's objects beside their nodes
    components.py   all documents → the global components by name, redefinitions in place
    context.py      the state of a translation: references, locations, pending anonymous types
    simple.py       simple types          particles.py   content models
    attributes.py   attribute uses        complex.py     complex types
    arrays.py       SOAP's arrays         translate.py   all of it, in order
"""
