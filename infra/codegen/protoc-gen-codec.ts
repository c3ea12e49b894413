import { runNodeJs } from "@bufbuild/protoplugin";
import { hotMessages } from "./hot-messages.ts";
import { codecPlugin } from "./plugin.ts";

runNodeJs(codecPlugin(hotMessages));
