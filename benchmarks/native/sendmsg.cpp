// gSOAP's side of the documented call, without a network: benchmarks/native.py builds and drives it.
//
// Arguments: a file with the reply. It prints the request that it writes and the values that it
// reads, one line each; then, for each line "N" on stdin, the nanoseconds of the processor that N calls take.
#include "PushServerWSBinding.nsmap"
#include "soapH.h"
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

static std::string sent, reply;
static size_t taken = 0;

static int keep(struct soap *, const char *data, size_t size) {
  sent.append(data, size);
  return SOAP_OK;
}

static size_t give(struct soap *, char *data, size_t size) {
  size = std::min(size, reply.size() - taken);
  reply.copy(data, size, taken);
  taken += size;
  return size;
}

static void fail(struct soap *soap) {
  soap_print_fault(soap, stderr);
  exit(1);
}

// The documented request: what is not given is NULL, which is written as nil. gSOAP has no nil
// for the ten numbers, which it writes as 0.
static void write(struct soap *soap) {
  char *numbers[] = {(char *)"2799912345", (char *)"27999123134"};
  ArrayOfString to;
  to.__ptr = numbers;
  to.__size = 2;
  struct ns2__sendmsg request;
  soap_default_ns2__sendmsg(soap, &request);
  request.api_USCOREid = 1234;
  request.user = (char *)"demo";
  request.password = (char *)"demo";
  request.to = &to;
  request.from = (char *)"me";
  request.text = (char *)"Initial test message";
  sent.clear();
  soap_begin(soap);
  soap->encodingStyle = "http://schemas.xmlsoap.org/soap/encoding/";
  soap_serializeheader(soap);
  soap_serialize_ns2__sendmsg(soap, &request);
  if (soap_begin_send(soap) || soap_envelope_begin_out(soap) ||
      soap_putheader(soap) || soap_body_begin_out(soap) ||
      soap_put_ns2__sendmsg(soap, &request, "ns2:sendmsg", "") ||
      soap_body_end_out(soap) || soap_envelope_end_out(soap) ||
      soap_end_send(soap))
    fail(soap);
}

static void read(struct soap *soap, struct ns2__sendmsgResponse &response) {
  taken = 0;
  soap_default_ns2__sendmsgResponse(soap, &response);
  soap_begin(soap);
  if (soap_begin_recv(soap) || soap_envelope_begin_in(soap) ||
      soap_recv_header(soap) || soap_body_begin_in(soap))
    fail(soap);
  soap_get_ns2__sendmsgResponse(soap, &response, "", NULL);
  if (soap->error || soap_body_end_in(soap) || soap_envelope_end_in(soap) ||
      soap_end_recv(soap))
    fail(soap);
}

int main(int, char **arguments) {
  std::ifstream file(arguments[1], std::ios::binary);
  reply.assign(std::istreambuf_iterator<char>(file), {});
  struct soap *soap = soap_new1(SOAP_XML_NIL | SOAP_XML_TREE | SOAP_ENC_PLAIN);
  soap->fsend = keep;
  soap->frecv = give;
  struct ns2__sendmsgResponse response;
  write(soap);
  read(soap, response);
  size_t start = sent.find("<SOAP-ENV");
  std::cout << sent.substr(start, sent.find_last_of('>') + 1 - start) << "\n";
  for (int i = 0; i < response.return_->__size; ++i)
    std::cout << response.return_->__ptr[i] << "\t";
  std::cout << std::endl;
  for (long rounds; std::cin >> rounds;) {
    std::clock_t start = std::clock();
    for (long i = 0; i < rounds; ++i) {
      write(soap);
      read(soap, response);
      soap_destroy(soap);
      soap_end(soap);
    }
    long long ticks = std::clock() - start;
    std::cout << ticks * 1000000000 / CLOCKS_PER_SEC << std::endl;
  }
}
