// Package town is one small invented town, 邻水, for every test that needs people, places and units: two counties, three streets, five
// communities; the offices that the document sm12-69 names and three departments; an account for each role; residents; no cases.
//
// Its code is 4112 because the packs in the program apply there. Nothing else of it exists anywhere.
//
// It stands still at dbtest.Day until its Clock is moved. It is for tests only: its password is in the source.
package town
