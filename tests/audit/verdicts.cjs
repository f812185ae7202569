// Verdicts of verify.js for every file named on standard input, one JSON a line.
const fs = require("fs");
const AksonVerify = require(process.argv[2]);
const slow = process.argv[3] === "slow";
if (slow) {
  const real = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = (format, key, kind, ...rest) =>
    kind.name === "Ed25519" ? Promise.reject(new Error("not known here")) : real(format, key, kind, ...rest);
}
(async () => {
  for (const line of fs.readFileSync(0, "utf-8").split("\n").filter((l) => l)) {
    const { proof, policy } = JSON.parse(line);
    const verdict = await AksonVerify.check(new Uint8Array(Buffer.from(proof, "base64")), policy);
    process.stdout.write(JSON.stringify(verdict) + "\n");
  }
})();
