/**
 * Writes every screen of the route table in every state it can be in, as the real-engine run
 * (`cargo xtask screens`) visits them, and the walks: `node test/screens/visits.mjs FILE`.
 */
import { writeFileSync } from "node:fs";
import { routes } from "../../src/app/routes.ts";
import { walks } from "./walks.mjs";
import examples from "../addresses.json" with { type: "json" };

const addressOf = (path) =>
  Object.entries(examples).reduce((address, [from, to]) => address.replace(from, to), path);

const windowsOf = (route) => (route.window === "any" ? ["patient", "doctor", "desk"] : [route.window]);

const visits = routes.flatMap((route) =>
  windowsOf(route).flatMap((window) =>
    route.states.map((state) => ({ route: route.id, window, state, address: addressOf(route.path) })),
  ),
);

for (const { route, address } of visits)
  if (address.includes("/:")) throw new Error(`test/addresses.json has no example for ${route} (${address})`);

writeFileSync(process.argv[2], `${JSON.stringify({ visits, walks }, null, 1)}\n`);
