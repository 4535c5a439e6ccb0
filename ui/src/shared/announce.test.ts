import { beforeAll, beforeEach, expect, it } from "vitest";
import { announce, endSilence, silence, startAnnouncing } from "./announce";

beforeAll(startAnnouncing);
beforeEach(endSilence);

/** What a screen reader would be told by now. */
async function said(): Promise<string> {
  await new Promise(requestAnimationFrame);
  return document.querySelector("[aria-live]")?.textContent ?? "";
}

it("says what is announced", async () => {
  announce("Taken back from Dr Test");
  expect(await said()).toBe("Taken back from Dr Test");
});

it("takes back on lock what was said and what is about to be", async () => {
  announce("Taken back from Dr Test");
  silence();
  expect(await said()).toBe("");
});

it("says nothing of what ends between a lock and the next unlock", async () => {
  silence();
  announce("Taken back from Dr Test");
  expect(await said()).toBe("");
  endSilence();
  expect(await said()).toBe("");
  announce("Copied");
  expect(await said()).toBe("Copied");
});
