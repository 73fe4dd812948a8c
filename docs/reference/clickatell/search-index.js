var soapwrightIndex = [
["operation", "auth", "operations/auth.html", "", "Open a session.", "api_id user password return_ return"],
["operation", "ping", "operations/ping.html", "", "Keep a session open.", "session_id return_ return"],
["operation", "sendmsg", "operations/sendmsg.html", "", "Send a message to one or more recipients.", "session_id api_id user password to from_ from text concat deliv_ack callback deliv_time max_credits req_feat queue escalate mo cli_msg_id cliMsgId unicode msg_type udh data validity return_ return"],
["operation", "querymsg", "operations/querymsg.html", "", "Ask for the status of a message.", "session_id api_id user password apimsgid climsgid return_ return"],
["operation", "delmsg", "operations/delmsg.html", "", "Stop a message that the gateway has not passed on yet.", "session_id api_id user password apimsgid climsgid return_ return"],
["operation", "getbalance", "operations/getbalance.html", "", "Ask for the credits left in the account.", "session_id api_id user password return_ return"],
["operation", "route_coverage", "operations/route_coverage.html", "routeCoverage", "Ask whether the gateway routes messages to a number.", "session_id api_id user password msisdn return_ return"],
["operation", "si_push", "operations/si_push.html", "", "Send a WAP push service indication: a notification with a link.", "session_id api_id user password to si_id si_url si_text si_created si_expires si_action from_ from concat deliv_ack callback deliv_time max_credits req_feat queue escalate mo cli_msg_id cliMsgId validity return_ return"],
["operation", "ind_push", "operations/ind_push.html", "", "Send an MMS notification, by which a handset fetches an MMS from a URL.", "session_id api_id user password to mms_subject mms_class mms_expire mms_from mms_url from_ from concat deliv_ack callback deliv_time max_credits req_feat queue escalate mo cli_msg_id cliMsgId validity return_ return"],
["operation", "token_pay", "operations/token_pay.html", "", "Redeem a voucher.", "session_id api_id user password token return_ return"],
["operation", "startbatch", "operations/startbatch.html", "", "Start a batch: messages that share a text and their options.", "session_id api_id user password from_ from concat template deliv_ack callback deliv_time max_credits req_feat queue escalate mo cli_msg_id cliMsgId unicode msg_type udh data validity return_ return"],
["operation", "senditem", "operations/senditem.html", "", "Send a batch's message, with values for the fields of its template.", "session_id api_id user password batch_id to field1 field2 field3 field4 return_ return"],
["operation", "quicksend", "operations/quicksend.html", "", "Send a batch's message, the same text, to many recipients.", "session_id api_id user password batch_id to return_ return"],
["operation", "endbatch", "operations/endbatch.html", "", "End a batch.", "session_id api_id user password batch_id return_ return"],
["operation", "getmsgcharge", "operations/getmsgcharge.html", "", "Ask what a message cost.", "session_id api_id user password apimsgid return_ return"],
["alias", "ArrayOfString", "types/ArrayOfString.html", "", "An array of strings.", ""]
];
