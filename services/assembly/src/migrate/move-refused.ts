/** A platform cannot be moved so; the message is for a person. */
export class MoveRefused extends Error {
  override name = "MoveRefused";
}
