"""Documents shared with other enterprises, as source and as consumer: IHE MHD, XDS and XCA with Norwegian metadata."""
