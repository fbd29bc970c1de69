"""The grammar of SIP, under the RFC's own names.

RFC 3261 section 25, in its order and spelling: the ABNF stands in a comment above the
pattern that implements it. Where real phones are laxer than the RFC, the pattern
follows the phones and the comment says so.

Notebook: 02-signalling.
"""

from __future__ import annotations

import re

# alphanum  =  ALPHA / DIGIT
# HCOLON    =  *( SP / HTAB ) ":" SWS
HCOLON = r"[ \t]*:[ \t]*"

# token     =  1*(alphanum / "-" / "." / "!" / "%" / "*"
#                / "_" / "+" / "`" / "'" / "~" )
token = r"[A-Za-z0-9\-.!%*_+`'~]+"

# word      =  1*(token and "()<>:\"/[]?{}")
word = r"[A-Za-z0-9\-.!%*_+`'~()<>:\\\"/\[\]?{}]+"

# callid    =  word [ "@" word ]
callid = rf"{word}(?:@{word})?"

# quoted-string  =  SWS DQUOTE *(qdtext / quoted-pair ) DQUOTE
# quoted-pair    =  "\" (%x00-09 / %x0B-0C / %x0E-7F)
quoted_string = r'"(?:[^"\\\r\n]|\\[^\r\n])*"'

# user      =  1*( unreserved / escaped / user-unreserved )
# Unescaped letters beyond ASCII are let through: João writes his name as it is.
user = r"(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/:\u00a1-\U0010ffff]|%[0-9A-Fa-f]{2})+"

# hostname         =  *( domainlabel "." ) toplabel [ "." ]
# IPv4address      =  1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT
# "_" is not in the RFC, but it is in the names of many machines.
hostname = r"[A-Za-z0-9\-._]+"

# IPv6reference  =  "[" IPv6address "]"
IPv6reference = r"\[[0-9A-Fa-f:.]+\]"

# host      =  hostname / IPv4address / IPv6reference
host = rf"(?:{IPv6reference}|{hostname})"

# hostport  =  host [ ":" port ]
hostport = rf"(?P<host>{host})(?:\s*:\s*(?P<port>[0-9]{{1,5}}))?"

# generic-param  =  token [ EQUAL gen-value ]
# gen-value      =  token / host / quoted-string
# A URI's parameters may hold paramchar: "[" "]" "/" ":" "&" "+" "$" and escapes too.
pname = r"[A-Za-z0-9\-.!%*_+`'~()\[\]/:&$]+"
parameter = re.compile(
    rf"\s*(?P<name>{pname})\s*"
    rf"(?:=\s*(?P<value>{quoted_string}|[^\s;,?\"<>=][^\s;,?\"<>]*)\s*)?"
)

# SIP-URI   =  "sip:" [ userinfo ] hostport uri-parameters [ headers ]
SIP_URI = re.compile(
    rf"(?P<scheme>sips?):(?:(?P<user>{user})@)?{hostport}"
    r"(?P<parameters>(?:;[^?\s]*)?)(?:\?(?P<headers>[^\s<>\"]*))?",
    re.IGNORECASE,
)

# absoluteURI  =  scheme ":" ( hier-part / opaque-part )
absoluteURI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+\-.]*):(?P<opaque>[^\s<>\"]+)")

# Request-Line  =  Method SP Request-URI SP SIP-Version CRLF
# Any version is read here, so that 505 can be answered to the wrong ones.
Request_Line = re.compile(
    rf"(?P<method>{token}) (?P<uri>\S+) SIP/(?P<version>\d{{1,4}}\.\d{{1,4}})",
    re.IGNORECASE,
)

# What was meant to be one: it gets an answer, although nobody can say for whom it is.
almost_Request_Line = re.compile(
    rf"(?P<method>{token})[ \t].*[ \t]SIP/[0-9.]+[ \t]*", re.IGNORECASE
)

# Status-Line   =  SIP-Version SP Status-Code SP Reason-Phrase CRLF
Status_Line = re.compile(
    r"SIP/2\.0 (?P<status>[1-6]\d\d)(?: (?P<reason>[^\r\n]*))?", re.IGNORECASE
)

# message-header  =  header-name HCOLON header-value CRLF
message_header = re.compile(rf"(?P<name>{token}){HCOLON}(?P<value>.*)", re.DOTALL)

# name-addr =  [ display-name ] LAQUOT addr-spec RAQUOT
# display-name  =  *(token LWS) / quoted-string
# Many phones write letters beyond ASCII without quotes; let them.
name_addr = re.compile(
    rf"(?P<display_name>{quoted_string}\s*|[^\"<>]*)"
    r"<(?P<uri>[^<>\s]+)>\s*(?P<parameters>(?:;.*)?)",
    re.DOTALL,
)

# from-spec =  ( name-addr / addr-spec ) *( SEMI from-param )
# Without angle brackets, parameters belong to the header, not to the URI (section 20).
# And then the URI may hold neither "?" nor ",": they would have two meanings.
addr_spec = re.compile(r"(?P<uri>[^<>\"\s;?,]+)\s*(?P<parameters>(?:;.*)?)", re.DOTALL)

# CSeq      =  "CSeq" HCOLON 1*DIGIT LWS Method
CSeq = re.compile(rf"(?P<number>[0-9]+)[ \t]+(?P<method>{token})")

# via-parm  =  sent-protocol LWS sent-by *( SEMI via-params )
# sent-protocol  =  protocol-name SLASH protocol-version SLASH transport
via_parm = re.compile(
    rf"SIP\s*/\s*2\.0\s*/\s*(?P<transport>{token})\s+{hostport}"
    r"\s*(?P<parameters>(?:;.*)?)",
    re.IGNORECASE | re.DOTALL,
)

# For splitting a list at its commas, which may also stand inside quotes or brackets.
list_item = re.compile(rf"(?:{quoted_string}|<[^<>]*>|[^\",<>])+")

is_callid = re.compile(callid).fullmatch
