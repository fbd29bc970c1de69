"""What is said: SIP and SDP messages as frozen values."""
