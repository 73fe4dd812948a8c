// gSOAP as a client of tests/cases/attachments: an MTOM message out, an MTOM message in.
#include "soapH.h"
#include "Archive11.nsmap"
#include <cstdio>
#include <cstring>
#include <string>

int main(int, char **argv) {
  struct soap *soap = soap_new1(SOAP_ENC_MTOM);
  std::string octets(100000, '\0');
  for (size_t i = 0; i < octets.size(); i++) octets[i] = char(i * 7);
  ns1__Document document;
  document.soap_default(soap);
  document.title = soap_strdup(soap, "mill");
  document.content.__ptr = (unsigned char *)octets.data();
  document.content.__size = octets.size();
  document.content.id = (char *)"cid:content";
  document.content.type = (char *)"image/png";
  _ns1__store request;
  request.soap_default(soap);
  request.document = &document;
  _ns1__storeResponse reply;
  if (soap_call___ns1__store(soap, argv[1], NULL, &request, reply)) {
    soap_print_fault(soap, stderr);
    return 1;
  }
  xsd__base64Binary &back = reply.document->content;
  bool same = back.__size == (int)octets.size() && !memcmp(back.__ptr, octets.data(), back.__size);
  printf("%s, %s\n", same ? "the same" : "something else", back.id ? "a part" : "in place");
}
