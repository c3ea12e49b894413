import type { Candle } from "@atlas/gen/atlas/market/v1/market_pb";
import {
  type AutoscaleInfo,
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type TickMarkType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { startOf } from "./candle-list.ts";
import type { ChartPalette } from "./chart-palette.ts";
import { averagePoints, barOf, volumeBarOf } from "./chart-points.ts";
import { crosshairWords, tickWords } from "./chart-time.ts";
import type { FillMark } from "./fill-marks.ts";

/** Bars from the left edge at which older ones are asked for. */
const NEAR = 20;
/** Bars seen at first. */
const SEEN = 80;

/** An order as a line. */
export interface OrderLine {
  readonly price: string;
  readonly isBuy: boolean;
  readonly words: string;
}

export interface ChartTerms {
  readonly decimals: number;
  readonly isDaily: boolean;
  readonly palette: ChartPalette;
  /** The candle under the crosshair by its place; `undefined`: there is none. */
  readonly onpoint: (index: number | undefined) => void;
  readonly onnearstart: () => void;
}

/** Draws candles, volume, average, orders and fills into an element. Numbers are floats here: lengths, not figures. */
export class ChartDrawing {
  readonly #chart: IChartApi;
  readonly #terms: ChartTerms;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #volume: ISeriesApi<"Histogram">;
  readonly #average: ISeriesApi<"Line">;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  #palette: ChartPalette;
  #lines: IPriceLine[] = [];
  /** Of the lines. */
  #prices: readonly number[] = [];
  #closes: number[] = [];
  #drawn: readonly Candle[] = [];
  #span = 0;
  #pointed: number | undefined;

  constructor(element: HTMLElement, terms: ChartTerms) {
    this.#terms = terms;
    this.#palette = terms.palette;
    this.#chart = createChart(element, optionsOf(terms));
    const { decimals } = terms;
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.#candles = this.#chart.addSeries(CandlestickSeries, {
      priceFormat: { type: "price", precision: decimals, minMove: 1 / 10 ** decimals },
      autoscaleInfoProvider: (usual: () => AutoscaleInfo | null) => reaching(usual(), this.#prices),
    });
    this.#average = this.#chart.addSeries(LineSeries, {
      lineWidth: 1,
      lastValueVisible: false,
      priceLineVisible: false,
      crosshairMarkerVisible: false,
    });
    this.#markers = createSeriesMarkers(this.#candles, []) as unknown as ISeriesMarkersPluginApi<Time>;
    this.paint(terms.palette);
    this.#chart.subscribeCrosshairMove(({ logical, point }) => {
      const isInside = point !== undefined && logical !== undefined && this.#drawn[logical] !== undefined;
      this.#pointed = isInside ? logical : undefined;
      terms.onpoint(this.#pointed);
    });
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && this.#drawn.length > 0 && range.from < NEAR) terms.onnearstart();
    });
  }

  /** Candles before `from` are as they were drawn last. */
  draw(candles: readonly Candle[], from: number): void {
    const isFirst = this.#closes.length === 0;
    const isOneOn = from >= this.#closes.length - 1 && !isFirst;
    this.#drawn = candles;
    this.#closes = [...this.#closes.slice(0, from), ...candles.slice(from).map(({ close }) => Number(close))];
    if (isOneOn) {
      for (const candle of candles.slice(from)) {
        this.#candles.update(barOf(candle));
        this.#volume.update(volumeBarOf(candle, this.#palette));
      }
      this.#drawAverage(from);
      return;
    }
    this.#candles.setData(candles.map(barOf));
    this.#volume.setData(candles.map((candle) => volumeBarOf(candle, this.#palette)));
    this.#drawAverage(0);
    if (isFirst && candles.length > 0) this.#showNewest();
  }

  /** Closes that the average is of; 0: none is drawn. */
  setAverage(span: number): void {
    this.#span = span;
    this.#average.applyOptions({ visible: span > 0 });
    this.#drawAverage(0);
  }

  setOrders(lines: readonly OrderLine[]): void {
    for (const line of this.#lines) this.#candles.removePriceLine(line);
    this.#prices = lines.map(({ price }) => Number(price));
    this.#lines = lines.map(({ price, isBuy, words }) =>
      this.#candles.createPriceLine({
        price: Number(price),
        color: isBuy ? this.#palette.up : this.#palette.down,
        lineStyle: LineStyle.Dashed,
        lineWidth: 1,
        axisLabelVisible: true,
        title: words,
      }),
    );
  }

  setFills(marks: readonly FillMark[]): void {
    const { up, down } = this.#palette;
    const markers = marks.map(({ start, isBuy }) => ({
      time: start as UTCTimestamp,
      position: isBuy ? ("belowBar" as const) : ("aboveBar" as const),
      shape: isBuy ? ("arrowUp" as const) : ("arrowDown" as const),
      color: isBuy ? up : down,
    }));
    this.#markers.setMarkers(markers);
  }

  /** The theme changed. Orders and fills are to be set again: they hold their colours. */
  paint(palette: ChartPalette): void {
    this.#palette = palette;
    this.#chart.applyOptions(coloursOf(palette));
    const { up, down, average } = palette;
    this.#candles.applyOptions({
      ...{ upColor: up, borderUpColor: up, wickUpColor: up },
      ...{ downColor: down, borderDownColor: down, wickDownColor: down },
    });
    this.#average.applyOptions({ color: average });
    this.#volume.setData(this.#drawn.map((candle) => volumeBarOf(candle, this.#palette)));
  }

  /** Moves the crosshair by so many candles: from the newest if there is none. */
  point(step: number): void {
    const from = this.#pointed ?? this.#drawn.length;
    const index = Math.min(Math.max(from + step, 0), this.#drawn.length - 1);
    const candle = this.#drawn[index];
    if (candle === undefined) return;
    const scale = this.#chart.timeScale();
    const seen = scale.getVisibleLogicalRange();
    if (seen !== null && (index < seen.from || index > seen.to)) {
      scale.setVisibleLogicalRange({ from: seen.from + step, to: seen.to + step });
    }
    this.#chart.setCrosshairPosition(Number(candle.close), startOf(candle) as UTCTimestamp, this.#candles);
    this.#pointed = index;
    this.#terms.onpoint(index);
  }

  unpoint(): void {
    this.#chart.clearCrosshairPosition();
    this.#pointed = undefined;
    this.#terms.onpoint(undefined);
  }

  close(): void {
    this.#chart.remove();
  }

  #showNewest(): void {
    const to = this.#drawn.length + 3;
    this.#chart.timeScale().setVisibleLogicalRange({ from: to - SEEN, to });
  }

  #drawAverage(from: number): void {
    if (this.#span === 0) return;
    const points = averagePoints(this.#drawn, this.#closes, this.#span, from);
    if (from === 0) this.#average.setData(points);
    else for (const point of points) this.#average.update(point);
  }
}

/** The range of the candles, as far as the lines that are no further from it than it is high. */
function reaching(usual: AutoscaleInfo | null, prices: readonly number[]): AutoscaleInfo | null {
  if (usual?.priceRange == null) return usual;
  const { minValue, maxValue } = usual.priceRange;
  const height = maxValue - minValue;
  const near = prices.filter((price) => price >= minValue - height && price <= maxValue + height);
  const priceRange = { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) };
  return { ...usual, priceRange };
}

function optionsOf({ decimals, isDaily, palette }: ChartTerms): Parameters<typeof createChart>[1] {
  const prices = new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return {
    ...coloursOf(palette),
    autoSize: true,
    timeScale: {
      timeVisible: !isDaily,
      secondsVisible: true,
      borderVisible: false,
      rightOffset: 3,
      tickMarkFormatter: (time: Time, type: TickMarkType) => tickWords(time as number, type, isDaily),
    },
    // Below the candles is room for the volume; a price that is cut off at the edge is none.
    rightPriceScale: { borderVisible: false, entireTextOnly: true, scaleMargins: { top: 0.08, bottom: 0.2 } },
    localization: {
      priceFormatter: (price: number) => prices.format(price),
      timeFormatter: (time: Time) => crosshairWords(time as number, isDaily),
    },
  };
}

function coloursOf({ ground, text, line, crosshair }: ChartPalette) {
  return {
    // Its own logo brings a style element, which the content security policy refuses: the panel links to its makers.
    layout: {
      attributionLogo: false,
      background: { type: ColorType.Solid, color: ground } as const,
      textColor: text,
      fontSize: 11,
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: { vertLine: { color: crosshair }, horzLine: { color: crosshair } },
  };
}
