"""Parts of the prescription messages (eResept 2.5), one module per namespace. Their message types: messages/prescription."""
