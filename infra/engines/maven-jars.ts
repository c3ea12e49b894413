import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchOnce } from "./fetch-once.ts";
import { runTool } from "./tool.ts";

export interface MavenPackage {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/** The folder, by `name` in the cache, with the jars of these packages and of all that they need. */
export async function mavenJars(name: string, packages: readonly MavenPackage[]): Promise<string> {
  const folder = await fetchOnce(name, async (unfinished) => {
    writeFileSync(join(unfinished, "pom.xml"), pom(packages));
    const options = [`-DoutputDirectory=${join(unfinished, "jars")}`, "-DincludeScope=runtime"];
    await runTool("mvn", ["-q", "-B", "dependency:copy-dependencies", ...options], { cwd: unfinished });
  });
  return join(folder, "jars");
}

function pom(packages: readonly MavenPackage[]): string {
  const dependencies = packages.map(
    ({ group, artifact, version }) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>atlas</groupId><artifactId>engine</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependencies.join("\n    ")}
  </dependencies>
</project>
`;
}
