package demo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"linli/internal/register"
)

// rand is a generator of its own for one purpose, so that more of one thing does not change the others.
func (b *build) rand(purpose string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.New(rand.NewPCG(uint64(b.o.Seed), h.Sum64()))
}

// resident invents the i-th person of the city.
func (b *build) resident(i int) register.Newcomer {
	r := b.rand(fmt.Sprint("resident ", i))
	home := b.home(r)
	s := newScene(r, home.Code, short(home.Name))
	house := fmt.Sprintf("%s%d号", s.estate, 1+r.IntN(40))
	if s.rural() {
		house = fmt.Sprintf("%d组%d号", 1+r.IntN(9), 1+r.IntN(90))
	}
	return register.Newcomer{Name: personName(r), Phone: phone(i), IDNumber: identity(r, i), Place: home.Code,
		Address: b.tree.FullName(home.Parent, 1) + s.village + house, Source: "demo"}
}

// phone counts up from 199-0000-0000.
func phone(i int) string { return fmt.Sprintf("%d", 19_900_000_000+int64(i)) }

// identity is a number of the form of GB 11643 in an area that does not exist: no province has the code 99.
func identity(r *rand.Rand, i int) string {
	n := fmt.Sprintf("99%04d%04d%02d%02d%03d", i/1000, 1936+r.IntN(70), 1+r.IntN(12), 1+r.IntN(28), i%1000)
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for k, w := range weights {
		sum += w * int(n[k]-'0')
	}
	return n + string("10X98765432"[sum%11])
}
