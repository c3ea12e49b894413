/** Saves text as a file, as if it had been fetched. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser holds what it saves; the address is needed until it has begun.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
