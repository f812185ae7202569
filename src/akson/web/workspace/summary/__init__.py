"""«Sammendrag»: the patient summary, ours and those from abroad."""
