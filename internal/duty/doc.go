// Package duty sees to what offices owe again and again: the tasks that documents set for every month, quarter or year.
//
// It promises:
//   - each occurrence of a duty is written down once, for each unit that fills the office where the document holds (and, where the pack
//     says "each", for each that fills it anywhere within), as soon as it can be worked on:
//     when its period is over or, where the day falls within the period, thirty days before that day;
//   - nothing is missed in silence: the unit is told when a task arises, again before it is late, and on the day it is;
//     a task that is late says so for good, also after it is done;
//   - a task is done by its unit, or by a supervisor over it, with something to show: a page of ours or words;
//   - sweeping twice, or in two processes at once, does what sweeping once does.
//
// Dates are civil dates in Shanghai; Due is an instant, exclusive. What a duty is comes from the pack in force on the day
// the task arises; a task keeps those words when the pack changes.
//
// Table: duty_task. Job: duty.sweep. It reads the view fact_case, for the month in which the city's work began.
//
// It never does the task itself, and keeps no supervision orders: those belong to their case (see casework).
package duty
