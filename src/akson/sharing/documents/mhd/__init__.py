"""IHE MHD (R4): find (ITI-67), get (ITI-68) and provide (ITI-65) documents. Spec: https://profiles.ihe.net/ITI/MHD."""
