import type { Timestamp } from "@bufbuild/protobuf/wkt";

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short" });
const DAY_AND_TIME = new Intl.DateTimeFormat("en-GB", {
  ...{ year: "numeric", month: "2-digit", day: "2-digit" },
  ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
});

/** Milliseconds since the epoch; `undefined`: there is no time. */
export function millisecondsOf(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : Number(time.seconds) * 1000 + Math.floor(time.nanos / 1_000_000);
}

/** Time of day where the person is; a dash if there is none. */
export function timeOf(time: Timestamp | undefined): string {
  const milliseconds = millisecondsOf(time);
  return milliseconds === undefined ? "—" : TIME.format(milliseconds);
}

/** `21 Nov 10:43:25`, for lists that go back further than a day; a dash if there is none. The year is in the tooltip. */
export function dayTimeOf(time: Timestamp | undefined): string {
  const milliseconds = millisecondsOf(time);
  return milliseconds === undefined ? "—" : `${SHORT_DAY.format(milliseconds)} ${TIME.format(milliseconds)}`;
}

/** With the day and its milliseconds, for tooltips. */
export function exactTimeOf(time: Timestamp | undefined): string {
  const milliseconds = millisecondsOf(time);
  if (milliseconds === undefined) return "";
  return `${DAY_AND_TIME.format(milliseconds)}.${String(milliseconds % 1000).padStart(3, "0")}`;
}

/** `4 s`, `12 min`, `3 h`, `2 d`. */
export function ageWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
