#!/usr/bin/env node
import { launch } from "../../infra/launcher/launch.mjs";

// An older Node runs no TypeScript: this finds or fetches one that does.
launch("example", process.argv.slice(2));
