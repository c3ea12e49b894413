import { hkdfSync } from "node:crypto";
import type { ConnectionOptions, TlsOptions } from "node:tls";

/** Both sides know them by heart: neither is negotiated, and there is nothing older to fall back to. */
const TERMS = { ciphers: "TLS_AES_128_GCM_SHA256:PSK", minVersion: "TLSv1.3", maxVersion: "TLSv1.3" } as const;
/** Names the key to the other side; there is only one. */
const IDENTITY = "atlas";
const BYTES = 32;

/**
 * TLS 1.3 among who knows a key (RFC 8446, 2.2: a pre-shared key with ephemeral Diffie-Hellman): both sides prove that they know it, what
 * they say is encrypted, and stays so when the key is stolen later. No certificate is made, renewed or trusted. `timeout`: milliseconds
 * for a client to do so.
 */
export function acceptingKey(key: string, timeout: number): TlsOptions {
  const psk = derived(key);
  return {
    ...TERMS,
    ALPNProtocols: ["h2"],
    handshakeTimeout: timeout,
    pskCallback: (_socket, identity) => (identity === IDENTITY ? psk : null),
  };
}

/** The same for a client. */
export function offeringKey(key: string): ConnectionOptions {
  const psk = derived(key);
  return {
    ...TERMS,
    pskCallback: () => ({ psk, identity: IDENTITY }),
    // Both are for a server that shows a certificate instead: whoever it is, it does not know the key. Said here, for else an
    // environment that lets any certificate pass would let this one pass, too.
    rejectUnauthorized: true,
    checkServerIdentity: () => new Error("it does not know the platform's key"),
  };
}

function derived(key: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", "atlas internal port", BYTES));
}
