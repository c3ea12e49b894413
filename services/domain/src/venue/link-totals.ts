/** What the reports to each OMS partition have moved of one asset, in its smallest unit; index: the partition. */
export interface AssetTotals {
  readonly asset: string;
  readonly byPartition: bigint[];
}

/** The totals of `asset`, new ones at 0 if there are none. In order of first use, which snapshots keep. */
export function totalsOf(all: AssetTotals[], asset: string, omsPartitions: number): bigint[] {
  const known = all.find((totals) => totals.asset === asset);
  if (known !== undefined) return known.byPartition;
  const byPartition = new Array<bigint>(omsPartitions).fill(0n);
  all.push({ asset, byPartition });
  return byPartition;
}

export function addTotal(byPartition: bigint[], partition: number, amountMinor: bigint): void {
  byPartition[partition] = (byPartition[partition] as bigint) + amountMinor;
}
