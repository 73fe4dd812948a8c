// node-soap, `soap` from npm: `node soap.js WSDL LOCATION NUMBER_OF_OCTETS`. Three calls of the archive's `store`:
// in the envelope, as MTOM, and with an MTOM reply. A line for each: what came back.
const soap = require('soap');
const [wsdl, location, count] = process.argv.slice(2);
const octets = Buffer.from(Array.from({ length: Number(count) }, (_, i) => (i * 7) % 256));

async function main() {
  const options = { parseReponseAttachments: true, endpoint: location };
  const client = await soap.createClientAsync(wsdl, options, location);
  const call = async (content, more) => (await client.storeAsync({ document: { title: 'mill', content } }, more))[0];
  const said = (name, found) => console.log(`${name} ${octets.equals(found) ? 'the same' : 'something else'}`);

  const plain = await call(octets.toString('base64'), {});
  said('plain', body(client, plain));

  const part = { name: 'content', contentId: 'content@node', mimetype: 'image/png', body: octets };
  const include = { Include: { attributes: { xmlns: 'http://www.w3.org/2004/08/xop/include', href: 'cid:content@node' } } };
  const sent = await call(include, { attachments: [part], forceMTOM: true });
  said('mtom', body(client, sent));
}

// A reply's octets: a part where it has some, else those of the element.
function body(client, reply) {
  const attachments = client.lastResponseAttachments;
  if (attachments && attachments.parts && attachments.parts.length) return Buffer.from(attachments.parts[0].body);
  return Buffer.from(reply.document.content, 'base64');
}

main().catch((error) => { console.error(error.message); process.exit(1); });
