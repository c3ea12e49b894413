import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, Socket } from "node:net";

/** A line between browser and platform, which a test can make silent or cut. */
export class Line {
  readonly #server: Server;
  readonly #port: () => number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #state: "whole" | "silent" | "cut" = "whole";

  private constructor(port: () => number) {
    this.#port = port;
    this.#server = createServer((near) => this.#join(near));
  }

  /** Leads to a port of this machine, asked for at each connection. */
  static async to(port: () => number): Promise<Line> {
    const line = new Line(port);
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    return line;
  }

  /** Where the browser finds the platform. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** An address of the platform, by this line. */
  over(address: string): string {
    const { pathname, search, hash } = new URL(address);
    return `${this.url}${pathname}${search}${hash}`;
  }

  /** Nothing comes through any more, and nobody is told so: what a lost network looks like. */
  silence(): void {
    this.#state = "silent";
    for (const [near, far] of this.#pairs) {
      near.pause();
      far.pause();
    }
  }

  /** Every connection breaks, and no new one is made. */
  cut(): void {
    this.#state = "cut";
    this.#breakAll();
  }

  /** New connections work again; what was silent is broken. */
  mend(): void {
    if (this.#state === "silent") this.#breakAll();
    this.#state = "whole";
  }

  close(): void {
    this.#breakAll();
    this.#server.close();
  }

  #join(near: Socket): void {
    // Broken connections are what this is for.
    near.on("error", () => {});
    if (this.#state === "cut") {
      near.destroy();
      return;
    }
    const far = this.#state === "silent" ? new Socket() : connect(this.#port(), "127.0.0.1");
    far.on("error", () => near.destroy());
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    near.on("close", () => {
      this.#pairs.delete(pair);
      far.destroy();
    });
    far.on("close", () => near.destroy());
    if (this.#state === "silent") return;
    near.pipe(far);
    far.pipe(near);
  }

  #breakAll(): void {
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }
}
