/** Enter held down is one act: the focus has gone on to a button that would be pressed by it too. */
export function oncePressed(event: KeyboardEvent): void {
  if (event.repeat && event.key === "Enter") event.preventDefault();
}
