// The line on the model page.
