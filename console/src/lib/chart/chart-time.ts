import { TickMarkType } from "lightweight-charts";

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const SECONDS = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const YEAR = new Intl.DateTimeFormat("en-GB", { year: "numeric" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short" });
// Days begin at 00:00 UTC, wherever the person is.
const UTC_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** What stands below the chart; `isDaily`: a candle is a day. */
export function tickWords(seconds: number, type: TickMarkType, isDaily: boolean): string {
  const time = seconds * 1000;
  switch (type) {
    case TickMarkType.Year:
      return YEAR.format(time);
    case TickMarkType.Month:
      return MONTH.format(time);
    case TickMarkType.DayOfMonth:
      return (isDaily ? UTC_DAY : DAY).format(time);
    case TickMarkType.Time:
      return CLOCK.format(time);
    case TickMarkType.TimeWithSeconds:
      return SECONDS.format(time);
  }
}

/** What stands below the crosshair. */
export function crosshairWords(seconds: number, isDaily: boolean): string {
  const time = seconds * 1000;
  return isDaily ? UTC_DAY.format(time) : `${DAY.format(time)} ${SECONDS.format(time)}`;
}
