"""How SIP and SDP messages are written as bytes."""
