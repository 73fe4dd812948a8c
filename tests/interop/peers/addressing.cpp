// gSOAP with its plugin wsaapi: a call with WS-Addressing's headers, whose reply it checks.
#include "soapH.h"
#include "Desk.nsmap"
#include "plugin/wsaapi.h"
#include <cstdio>

int main(int, char **argv) {
  struct soap *soap = soap_new();
  soap_register_plugin(soap, soap_wsa);
  const char *id = soap_wsa_rand_uuid(soap);
  if (soap_wsa_request(soap, id, argv[1], "urn:desk:asked")) return 2;
  _ns1__ask request;
  request.soap_default(soap);
  request.what = soap_strdup(soap, "now");
  _ns1__answer reply;
  if (soap_call___ns1__ask(soap, argv[1], "", &request, reply) || soap_wsa_check(soap)) {
    soap_print_fault(soap, stderr);
    return 1;
  }
  const char *relates = soap_wsa_RelatesTo(soap);
  printf("%s %s %s\n", reply.that, soap->header->wsa5__Action, relates && !strcmp(relates, id) ? "related" : "unrelated");
}
