/** Where a data folder has its archive: read-only files, the same objects as in S3. */
export function archiveIn(dataFolder: string): string {
  return `${dataFolder}/archive`;
}
