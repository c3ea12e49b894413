import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./tool.ts";

/** By which a server on 127.0.0.1 shows itself; it vouches for itself. */
export interface LocalCertificate {
  /** File with certificate and private key, PKCS #12. */
  readonly keystore: string;
  /** The file's, made for it. */
  readonly password: string;
  /** The certificate alone, in PEM: who trusts it trusts the server. */
  readonly authority: string;
}

/** Makes one in the folder. */
export async function localCertificate(folder: string): Promise<LocalCertificate> {
  const keystore = join(folder, "server.p12");
  const pem = join(folder, "authority.pem");
  const password = randomBytes(16).toString("hex");
  const store = ["-keystore", keystore, "-storepass", password, "-alias", "server"];
  const name = ["-dname", "CN=127.0.0.1", "-ext", "SAN=ip:127.0.0.1", "-ext", "BasicConstraints:critical=ca:true"];
  await runTool("keytool", [
    "-genkeypair",
    "-keyalg",
    "EC",
    "-groupname",
    "secp256r1",
    "-validity",
    "2",
    ...name,
    ...store,
  ]);
  await runTool("keytool", ["-exportcert", "-rfc", "-file", pem, ...store]);
  return { keystore, password, authority: readFileSync(pem, "utf8") };
}
