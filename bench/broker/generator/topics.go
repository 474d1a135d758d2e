package main

import "fmt"

// Topics have four levels: bench, the run, the publisher, and the one of its topics.

func topic(publisher, number int) string {
	return fmt.Sprintf("bench/%s/%d/%d", runID, publisher, number)
}

func (p *plan) filterOf(subscriber int) string {
	publisher := 0
	if p.pairs {
		publisher = subscriber
	}
	switch {
	case p.publishers > 1 && !p.pairs:
		return fmt.Sprintf("bench/%s/#", runID)
	case p.topics > 1:
		return fmt.Sprintf("bench/%s/%d/+", runID, publisher)
	default:
		return topic(publisher, 0)
	}
}

// bystanderFilter shares as many levels with the topics as it can without matching one, so that the broker cannot rule it out by the first level.
func bystanderFilter(number int) string {
	switch number % 4 {
	case 0:
		return fmt.Sprintf("bench/%s/+/other%d", runID, number)
	case 1:
		return fmt.Sprintf("+/%s/+/other%d", runID, number)
	case 2:
		return fmt.Sprintf("bench/+/0/other%d/#", number)
	default:
		return fmt.Sprintf("bench/%s/other%d/#", runID, number)
	}
}
