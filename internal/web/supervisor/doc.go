// Package supervisor serves those who watch over the work (督查) and those who lead it (领导).
//
// It promises: one page that answers what is late, where, why and with whom, from which any figure leads to the cases in it
// and any case is three steps away; nothing that the reader could not open by himself is counted or listed; a rate never
// stands without its sample, and a small one never in a ranking; urging, supervising, deciding an extension and instructing
// are done here with the one handler of steps (see part).
//
// It owns no table and has no rule of its own: figures and watches come from package indicator, bulletins from notice,
// tasks from duty.
package supervisor
