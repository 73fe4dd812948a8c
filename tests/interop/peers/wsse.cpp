// gSOAP with its plugins wsseapi and wsaapi as a peer of tests/cases/addressing, in SOAP 1.1 or 1.2.
//   wsse call MODE VERSION URL       a call; prints the answer
//   wsse serve MODE VERSION COUNT    answers as many calls; prints its port first
// MODE: "signed", "encrypted" (after it is signed; the key by RSA 1.5, as what gSOAP calls OAEP is padded likewise), "user" (a
// UsernameToken's digest alone). In the folder are own.pem (certificate and key), peer.pem and authority.pem.
#include "soapH.h"
#include "Desk.nsmap"
#include "plugin/wsseapi.h"
#include "plugin/wsaapi.h"
#include <cstdio>
#include <cstring>
#include <string>

static const char *mode;
static X509 *own, *peer;
static EVP_PKEY *key;

static X509 *certificate(const char *file) {
  FILE *in = fopen(file, "r");
  X509 *read = in ? PEM_read_X509(in, NULL, NULL, NULL) : NULL;
  if (in) fclose(in);
  return read;
}

static bool is(const char *name) { return !strcmp(mode, name); }

// What goes out: the headers of WS-Addressing are there already.
static int secure(struct soap *soap, bool request) {
  soap_wsse_add_Security(soap);
  if (is("user")) return request ? soap_wsse_add_UsernameTokenDigest(soap, "User", "ida", "secret") : SOAP_OK;
  soap_wsse_set_wsu_id(soap, "wsa5:To wsa5:Action wsa5:MessageID wsa5:ReplyTo wsa5:RelatesTo");
  if (soap_wsse_add_Timestamp(soap, "Time", 60) || soap_wsse_add_BinarySecurityTokenX509(soap, "Token", own) ||
      soap_wsse_add_KeyInfo_SecurityTokenReferenceX509(soap, "#Token") ||
      soap_wsse_sign_body(soap, SOAP_SMD_SIGN_RSA_SHA256, key, 0))
    return soap->error;
  if (is("signed")) return SOAP_OK;
  return soap_wsse_add_EncryptedKey(soap, SOAP_MEC_ENV_ENC_AES256_GCM, "Key", peer, NULL, NULL, NULL);
}

// What comes in is verified and decrypted.
static void demand(struct soap *soap) {
  if (is("user")) return;
  soap_wsse_verify_auto(soap, SOAP_SMD_NONE, NULL, 0);
  if (!is("signed")) soap_wsse_decrypt_auto(soap, SOAP_MEC_ENV_DEC_AES256_GCM, key, 0);
}

// Whether the Body and the Timestamp are signed. soap_wsse_verify_body demands to count one Body, and counts it twice where the last block of
// the Header is signed as well; an element that is not signed makes the number 0.
static int covered(struct soap *soap) {
  if (is("user")) return SOAP_OK;
  if (soap_wsse_verify_Timestamp(soap)) return soap->error;
  if (soap_wsse_verify_element(soap, namespaces[0].ns, "Body") && soap_wsse_verify_element(soap, wsu_URI, "Timestamp")) return SOAP_OK;
  return soap_wsse_fault(soap, wsse__FailedCheck, "Body and Timestamp must be signed");
}

int __ns1__ask(struct soap *soap, _ns1__ask *asked, _ns1__answer &answer) {
  if (soap_wsa_check(soap) || covered(soap)) return soap->error;
  std::string said = asked->what;
  if (is("user")) {
    const char *user = soap_wsse_get_Username(soap);
    if (!user || soap_wsse_verify_Password(soap, "secret")) return soap->error;
    said = said + " " + user;
  }
  soap_wsse_delete_Security(soap);
  if (soap_wsa_reply(soap, NULL, "urn:desk:answered")) return soap->error;
  answer.that = soap_strdup(soap, (said + " yes").c_str());
  return is("user") ? SOAP_OK : secure(soap, false);
}

int __ns1__ask_(struct soap *soap, _ns1__ask *asked, _ns1__answer &answer) { return __ns1__ask(soap, asked, answer); }
int __ns1__askAgain(struct soap *, _ns1__ask *, _ns1__answer &) { return SOAP_NO_METHOD; }
int __ns1__askAgain_(struct soap *, _ns1__ask *, _ns1__answer &) { return SOAP_NO_METHOD; }
int __ns1__tell(struct soap *, _ns1__tell *) { return SOAP_NO_METHOD; }
int __ns1__tell_(struct soap *, _ns1__tell *) { return SOAP_NO_METHOD; }
// Faults that come to addresses of their own: there are none.
int SOAP_ENV__Fault(struct soap *, char *, char *, char *, SOAP_ENV__Detail *, SOAP_ENV__Code *, SOAP_ENV__Reason *, char *, char *, SOAP_ENV__Detail *) {
  return SOAP_NO_METHOD;
}

static int call(struct soap *soap, const char *url) {
  if (soap_wsa_request(soap, soap_wsa_rand_uuid(soap), url, "urn:desk:asked") || secure(soap, true)) return soap->error;
  _ns1__ask request;
  request.soap_default(soap);
  request.what = (char *)"who?";
  _ns1__answer reply;
  demand(soap);
  if (soap_call___ns1__ask(soap, url, "", &request, reply) || soap_wsa_check(soap) || covered(soap)) return soap->error;
  printf("%s\n", reply.that);
  return SOAP_OK;
}

static int serve(struct soap *soap, int count) {
  soap->bind_flags = SO_REUSEADDR;
  if (!soap_valid_socket(soap_bind(soap, "127.0.0.1", 0, 10))) return soap->error;
  struct sockaddr_in at;
  socklen_t length = sizeof at;
  getsockname(soap->master, (struct sockaddr *)&at, &length);
  printf("%d\n", ntohs(at.sin_port));
  fflush(stdout);
  while (count--) {
    if (!soap_valid_socket(soap_accept(soap))) return soap->error;
    demand(soap);
    if (soap_serve(soap)) soap_print_fault(soap, stderr);
    soap_destroy(soap);
    soap_end(soap);
    soap_wsse_delete_Security(soap);
  }
  return SOAP_OK;
}

int main(int, char **argv) {
  mode = argv[2];
  own = certificate("own.pem");
  peer = certificate("peer.pem");
  FILE *in = fopen("own.pem", "r");
  key = in ? PEM_read_PrivateKey(in, NULL, NULL, NULL) : NULL;
  if (!own || !peer || !key) return 2;
  if (!strcmp(argv[3], "1.2")) {
    namespaces[0].ns = "http://www.w3.org/2003/05/soap-envelope";
    namespaces[1].ns = "http://www.w3.org/2003/05/soap-encoding";
  }
  // gSOAP takes an attribute of WS-Security 1.1, wsse11:TokenType, as a sign that the whole block is in that namespace, and replies so.
  for (struct Namespace *one = namespaces; one->id; one++)
    if (!strcmp(one->id, "wsse")) one->in = NULL;
  struct soap *soap = soap_new1(SOAP_XML_CANONICAL);
  soap_ssl_init();
  soap_register_plugin(soap, soap_wsa);
  soap_register_plugin(soap, soap_wsse);
  soap->cafile = "authority.pem";
  soap->accept_timeout = 60;
  int failed = !strcmp(argv[1], "call") ? call(soap, argv[4]) : serve(soap, atoi(argv[4]));
  if (failed) soap_print_fault(soap, stderr);
  return failed ? 1 : 0;
}
