// Package grid is who works in the unit grids below communities: posts with dates, duty, and where a worker on duty is.
//
// A grid is a place of the level 网格 (package place keeps its outline and its history); people, households and fixtures are there because they
// live or stand there now, never because a record was tied to it.
//
// # What it promises
//
//   - A post has a first day and, once known, a day on which it is over; none is ever deleted, so that who answered for a grid on any day can be
//     told. On one day a grid has at most one main worker. A grid without one is listed as a gap, never passed over.
//
//   - What a worker may do follows from his posts: the grant of the role 网格员 at the grid comes and goes with the post, in the same transaction, or
//     shortly after midnight when the post begins or ends on a later day.
//
//   - A position is kept only when it was taken between the beginning and the end of a duty of that worker; any other is refused. He sees his own
//     track himself; the supervision centre sees where he is while he is on duty, and nothing afterwards. Tracks are forgotten after the days that the city says (bound track-days).
//
//   - Duties may come late and with their own times, as a phone without a network sends them; two of one worker never overlap, and one that he forgot
//     to end ends by itself after LongestShift.
//
// Days are those of Shanghai. Tables: grid_post, grid_hold (a lock a grid), grid_shift, grid_fix. Job: grid.daily.
//
// # What it never does
//
// It makes no case and no round, and gives nobody a role outside his grids.
package grid
