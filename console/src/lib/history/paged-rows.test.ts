import { expect, test } from "vitest";
import { PagedRows } from "./paged-rows.ts";

/** Rows are written as a key and a version: `a1`. */
function pagesOf(...keys: readonly string[]): PagedRows<string> {
  const pages = new PagedRows<string>((row) => row.charAt(0));
  pages.add({ rows: keys, nextPageToken: "more" });
  return pages;
}

function printed(pages: PagedRows<string>): string {
  return `${pages.rows.join(" ")} ${pages.isComplete ? "." : pages.nextPageToken}`;
}

test("pages follow each other until the last; a row told twice stands once", () => {
  const pages = pagesOf("e1", "d1");
  pages.add({ rows: ["d1", "c1"], nextPageToken: "" });
  expect(printed(pages)).toBe("e1 d1 c1 .");
});

test("nothing read is not complete", () => {
  expect(new PagedRows<string>((row) => row).isComplete).toBe(false);
});

test("the first page read again puts new rows before and replaces known ones; what is further back stays", () => {
  const pages = pagesOf("c1", "b1", "a1");
  pages.renew({ rows: ["d1", "c2"], nextPageToken: "other" });
  expect(printed(pages)).toBe("d1 c2 b1 a1 more");
});

test("a first page that does not reach what is held would leave a gap: it begins anew", () => {
  const pages = pagesOf("b1", "a1");
  pages.renew({ rows: ["f1", "e1"], nextPageToken: "other" });
  expect(printed(pages)).toBe("f1 e1 other");
});

test("an empty list becomes what the first page says", () => {
  const pages = new PagedRows<string>((row) => row);
  pages.add({ rows: [], nextPageToken: "" });
  pages.renew({ rows: ["b", "a"], nextPageToken: "more" });
  expect(printed(pages)).toBe("b a more");
});

test("a row that changed is replaced where it stands, and only if it was read", () => {
  const pages = pagesOf("b1", "a1");
  expect(pages.replace("a2")).toBe(true);
  expect(pages.replace("z1")).toBe(false);
  expect(printed(pages)).toBe("b1 a2 more");
});
