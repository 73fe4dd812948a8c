// gSOAP's C++ calls our encoded service: `client URL`; a line of JSON for each case. texts.inc has
// the cases that are texts; gsoap.py makes that, and compiles this.
#include "soapH.h"
#include "Interop.nsmap"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

static struct soap *soap;
static const char *url;

static void told(const char *name, bool ok) {
    std::string said;
    if (!ok && soap->error) {
        const char *const reason = soap_fault_string(soap);
        for (const char *c = reason ? reason : "an error"; *c; c++) said += *c == '"' || *c == '\\' || *c < ' ' ? '\'' : *c;
    } else if (!ok) said = "another value came back";
    std::printf("{\"name\": \"%s\", \"ok\": %s, \"said\": \"%s\"}\n", name, ok ? "true" : "false", said.c_str());
    soap_destroy(soap);
    soap_end(soap);
    soap->error = SOAP_OK;
}

static void parse(const char *text, char *&value) { value = soap_strdup(soap, text); }
static void parse(const char *text, bool &value) { value = !std::strcmp(text, "true"); }
static void parse(const char *text, float &value) { value = std::strtof(text, nullptr); }
static void parse(const char *text, double &value) { value = std::strtod(text, nullptr); }
static void parse(const char *text, LONG64 &value) {  // which is time_t too
    if (std::strchr(text, 'T')) soap_s2dateTime(soap, text, &value);
    else value = std::strtoll(text, nullptr, 10);
}
static void parse(const char *text, ULONG64 &value) { value = std::strtoull(text, nullptr, 10); }
template <class T> static void parse(const char *text, T &value) { value = static_cast<T>(std::strtoll(text, nullptr, 10)); }
static void parse(const char *text, xsd__base64Binary &value) {
    int size = 0;
    value.__ptr = reinterpret_cast<unsigned char *>(const_cast<char *>(soap_base642s(soap, text, nullptr, 0, &size)));
    value.__size = size;
    value.id = value.type = value.options = nullptr;
}
static void parse(const char *text, xsd__hexBinary &value) {
    int size = 0;
    value.__ptr = reinterpret_cast<unsigned char *>(const_cast<char *>(soap_hex2s(soap, text, nullptr, 0, &size)));
    value.__size = size;
}

template <class T> static bool same(const T &a, const T &b) { return a == b; }
static bool same(char *const &a, char *const &b) {  // a name without a prefix is read as `"":name`
    if (!a || !b) return a == b;
    return !std::strcmp(a, std::strncmp(b, "\"\":", 3) ? b : b + 3);
}
template <class T> static bool same_bytes(const T &a, const T &b) {
    return a.__size == b.__size && !std::memcmp(a.__ptr, b.__ptr, a.__size);
}
static bool same(const xsd__base64Binary &a, const xsd__base64Binary &b) { return same_bytes(a, b); }
static bool same(const xsd__hexBinary &a, const xsd__hexBinary &b) { return same_bytes(a, b); }

template <class G, class T>
static void text(const char *name, const char *text, int (*call)(struct soap *, const char *, const char *, G, T &)) {
    T given, got = T();
    parse(text, given);
    told(name, !call(soap, url, nullptr, given, got) && same(given, got));
}

static ns1__Point *point(ns1__Point *made, int x, int y) {
    made->x = x;
    made->y = y;
    return made;
}

static bool same(const ns1__Point *a, int x, int y) { return a && a->x == x && a->y == y; }

static bool is_ann(const ns1__Person *a) {
    return a && a->name && !std::strcmp(a->name, "Ann") && !a->nick && same(a->home, 1, -2);
}

static void structs() {
    struct ns1__echo_USCOREpointResponse got;
    int failed = soap_call_ns1__echo_USCOREpoint(soap, url, nullptr, point(soap_new_ns1__Point(soap), 1, -2), got);
    told("struct", !failed && same(got.value, 1, -2));
    ns1__Person *ann = soap_new_ns1__Person(soap);
    ann->name = soap_strdup(soap, "Ann");
    ann->home = point(soap_new_ns1__Point(soap), 1, -2);
    struct ns1__echo_USCOREpersonResponse person;
    failed = soap_call_ns1__echo_USCOREperson(soap, url, nullptr, ann, person);
    told("struct in a struct", !failed && is_ann(person.value));
    ns1__Point3D *deep = soap_new_ns1__Point3D(soap);
    point(deep, 1, 2);
    deep->z = 3;
    failed = soap_call_ns1__echo_USCOREpoint(soap, url, nullptr, deep, got);
    const ns1__Point3D *back = failed ? nullptr : dynamic_cast<ns1__Point3D *>(got.value);
    told("inheritance", back && same(back, 1, 2) && back->z == 3);
    struct ns1__pairResponse pair;
    failed = soap_call_ns1__pair(soap, url, nullptr, pair);
    told("multi-reference", !failed && pair.value && is_ann(pair.value->left) && is_ann(pair.value->right));
}

static void strings(const char *name, int size, const char *const *items) {
    Strings *given = soap_new_Strings(soap);
    given->__size = size;
    given->__ptr = static_cast<char **>(soap_malloc(soap, (size + 1) * sizeof(char *)));
    for (int n = 0; n < size; n++) given->__ptr[n] = soap_strdup(soap, items[n]);
    struct ns1__echo_USCOREstringsResponse got;
    bool ok = !soap_call_ns1__echo_USCOREstrings(soap, url, nullptr, given, got);
    ok = ok && (got.value ? got.value->__size : 0) == size;
    for (int n = 0; ok && n < size; n++) ok = !std::strcmp(got.value->__ptr[n], items[n]);
    told(name, ok);
}

static void points() {
    Points *given = soap_new_Points(soap);
    ns1__Point *items[] = {point(soap_new_ns1__Point(soap), 1, -2), point(soap_new_ns1__Point(soap), 3, 4)};
    given->__size = 2;
    given->__ptr = items;
    struct ns1__echo_USCOREpointsResponse got;
    bool ok = !soap_call_ns1__echo_USCOREpoints(soap, url, nullptr, given, got);
    ok = ok && got.value && got.value->__size == 2;
    told("array of structs", ok && same(got.value->__ptr[0], 1, -2) && same(got.value->__ptr[1], 3, 4));
}

static void others() {
    char *got = nullptr, *nothing = nullptr;
    told("nil", !soap_call_ns1__echo_USCOREstring(soap, url, nullptr, nothing, got) && !got);
    soap_header(soap);
    soap->header->ns1__Trace = soap_strdup(soap, "trace me");
    bool ok = !soap_call_ns1__echo_USCOREstring(soap, url, nullptr, soap_strdup(soap, "h"), got);
    ok = ok && soap->header && soap->header->ns1__Trace && !std::strcmp(soap->header->ns1__Trace, "trace me");
    told("header", ok && !std::strcmp(got, "h"));
    soap->header = nullptr;
    struct ns1__failResponse nothing_else;
    ok = soap_call_ns1__fail(soap, url, nullptr, soap_strdup(soap, "no"), nothing_else) && soap->fault;
    const ns1__Problem *problem = ok && soap->fault->detail ? soap->fault->detail->ns1__Problem_ : nullptr;
    told("fault", problem && !std::strcmp(problem->code, "no") && problem->number == 7);
    ok = !soap_send_ns1__notify(soap, url, nullptr, soap_strdup(soap, "psst")) && !soap_recv_empty_response(soap);
    told("one-way", ok);
}

int main(int, char **given) {
    soap = soap_new1(SOAP_C_UTFSTRING);
    url = given[1];
    soap_set_namespaces(soap, namespaces);
#include "texts.inc"
    const char *const items[] = {"a", "b c"};
    strings("array of strings", 2, items);
    strings("array of one", 1, items);
    strings("array of none", 0, items);
    structs();
    points();
    others();
    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
}
