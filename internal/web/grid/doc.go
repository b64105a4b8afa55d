// Package grid holds what a grid worker's telephone talks to: the pages of the worker, and the addresses under /field
// by which a device fetches what it needs offline and brings what was done (see package field for the protocol).
//
// The addresses under /field answer in JSON, also when something is wrong: {"error": words}.
//
// It owns no table and decides nothing about a case.
package grid
