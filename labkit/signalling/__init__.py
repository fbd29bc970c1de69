"""May I call you? A subset of SIP with SDP."""
