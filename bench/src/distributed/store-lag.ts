/** Events that the query store does not show yet, over all order shards of these processes, as their metrics tell. */
export async function storeLag(urls: readonly string[]): Promise<number> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  const lags = texts.flatMap((text) => [...text.matchAll(/^atlas_store_lag_events\{.*\} (\d+)$/gm)]);
  return lags.reduce((sum, [, lag]) => sum + Number(lag), 0);
}
