import { describe, expect, it } from "vitest";
import { match, placeOf } from "../src/app/router";
import { type RouteEntry, routes } from "../src/app/routes";
import { railOf } from "../src/app/places";

describe("the route table", () => {
  it("has each id once and no two screens at one address", () => {
    const all = routes as readonly RouteEntry[];
    expect(new Set(all.map((route) => route.id)).size).toBe(all.length);
    expect(new Set(all.map((route) => `${route.window} ${route.path}`)).size).toBe(all.length);
  });

  it("leads every address to its own screen, also beside one with a parameter", () => {
    for (const route of routes) {
      const window = route.window === "any" ? "desk" : route.window;
      expect(placeOf(route.path.replaceAll(/:\w+/g, "x1"), window)?.route.id).toBe(route.id);
    }
  });

  it("keeps windows apart", () => {
    expect(placeOf("/people", "patient")).toBeUndefined();
    expect(placeOf("/sharing", "doctor")).toBeUndefined();
    expect(placeOf("/settings", "welcome")).toBeUndefined();
  });

  it("takes one segment for a parameter and decodes it", () => {
    expect(match("/people/:id", "/people/a%2Fb")).toEqual({ id: "a/b" });
    expect(match("/people/:id", "/people/")).toBeUndefined();
    expect(match("/people/:id", "/people/a/b")).toBeUndefined();
  });

  it.each(["patient", "doctor", "desk"] as const)("has four to six places in the rail of the %s", (role) => {
    const { length } = railOf(role);
    expect(length).toBeGreaterThanOrEqual(4);
    expect(length).toBeLessThanOrEqual(6);
  });

  it("sends everything under a place of the rail that exists", () => {
    for (const route of routes as readonly RouteEntry[])
      if (route.under) expect(routes.some((each) => each.id === route.under)).toBe(true);
  });
});
