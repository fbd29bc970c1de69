"""What happens next: transactions, dialogs, calls; time is an input."""
