// The pages, and who can open them. The whole table of routes is docs/access.txt; this is what a browser looks at.

import { PERSONAS, slug } from "./lib/people.mjs";

const ALL = Object.keys(PERSONAS);
const STAFF = ALL.filter((persona) => !["partner", "alumnus"].includes(persona));
const NOT_THE_ALUMNUS = ALL.filter((persona) => persona !== "alumnus");
const WHO_RECORD_THERE = ["implementer", "supervisor", "director", "chief"];
const WHO_WRITE_THERE = [...WHO_RECORD_THERE, "partner"];
const WHO_READ_THE_LOG = ["director", "chief", "operator"];

/** Path, or a function of the persona that answers one; who can open it. Everybody else gets 403 or 404. */
export const PAGES = [
  ["/", ALL],
  ["/people", STAFF],
  [(persona) => `/people/${slug(persona)}`, ALL],
  [(persona) => `/people/${slug(persona)}/tokens`, ALL],
  [(persona) => `/people/${slug(persona)}/second-factor`, ALL],
  [(persona) => `/people/${slug(persona)}/sessions`, ALL],
  ["/sign-in/again", ALL],
  ["/teams", STAFF],
  ["/teams/lakes", STAFF],
  ["/partnerships", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/people", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/visits", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/tracker", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/tracker/bulk", WHO_RECORD_THERE],
  ["/partnerships/linden-grove/cycles", NOT_THE_ALUMNUS],
  ["/cycles/linden-grove.21.c1", NOT_THE_ALUMNUS],
  ["/cycles/linden-grove.20.c3", NOT_THE_ALUMNUS],
  ["/cycles/linden-grove.21.c1/edit", WHO_WRITE_THERE],
  ["/cycles/linden-grove.21.c1/goals/linden-grove.21.c1.g1", NOT_THE_ALUMNUS],
  ["/cycles/linden-grove.21.c1/plan-actions/new", WHO_WRITE_THERE],
  ["/cycles/linden-grove.21.c1/plan-actions/linden-grove.21.c1.a1", NOT_THE_ALUMNUS],
  ["/cycles/linden-grove.21.c1/learnings/new", WHO_WRITE_THERE],
  ["/partnerships/linden-grove/cycles/new", WHO_WRITE_THERE],
  ["/teams/lakes/cycles", STAFF],
  ["/organisation/cycles", STAFF],
  ["/cycles", STAFF],
  ["/partnerships/linden-grove/theory", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/theory?version=1", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/theory/comparison", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/theory/progress", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/theory/draft", WHO_RECORD_THERE],
  ["/partnerships/linden-grove/close-and-renew", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/plans", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/road-map", NOT_THE_ALUMNUS],
  ["/partnerships/linden-grove/road-map/entries/new", WHO_RECORD_THERE],
  ["/road-map", STAFF],
  ["/cycles/linden-grove.21.c1/plan", NOT_THE_ALUMNUS],
  ["/cycles/linden-grove.21.c1/plan/sections/calendar", WHO_WRITE_THERE],
  ["/cycles/linden-grove.21.c1/plan/comparison?from=1&to=2", NOT_THE_ALUMNUS],
  ["/cycles/linden-grove.21.c1/plan/versions/1", NOT_THE_ALUMNUS],
  ["/sites", STAFF],
  ["/sites/linden-grove", STAFF],
  ["/support-models", NOT_THE_ALUMNUS],
  ["/practices", ALL],
  ["/practices/2.2.3", ALL],
  ["/practices/versions", ALL],
  ["/practices/moves", STAFF],
  ["/overview", STAFF],
  ["/overview/standing/off-track?team=all", STAFF],
  ["/due", STAFF],
  ["/search?q=linden", ALL],
  ["/audit", WHO_READ_THE_LOG],
  ["/operator", ["operator"]],
  ["/operator/jobs", ["operator"]],
  ["/imports", STAFF],
  ["/imports/kinds/people", ["operator"]],
  ["/api", ALL],
  ["/privacy", ALL],
  ["/partnerships/harbor-street", STAFF],
];

/** What somebody who is not signed in can open. */
export const OPEN = ["/sign-in", "/sign-in/second-factor", "/api", "/privacy"];
