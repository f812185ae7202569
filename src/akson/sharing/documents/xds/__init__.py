"""IHE XDS.b and XCA: SOAP 1.2 with SAML assertions, ITI-18, 38, 39, 43. Spec: IHE ITI TF-2, 3.18, 3.38, 3.39, 3.43."""
