#!/usr/bin/env node
import { launch } from "../../../infra/launcher/launch.mjs";

launch("atlas", process.argv.slice(2));
