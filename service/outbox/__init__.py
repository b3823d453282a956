"""What is sent to people: letters, composed from what is true when they are sent, and tried again until they arrive."""
