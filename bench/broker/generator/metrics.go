package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Counts the group commits: the histogram of their time.
const commitsMetric = "mqtt_store_commit_duration_seconds_count"
const storeSizeMetric = "mqtt_store_size_bytes"

// metricOf reads one metric without labels where the broker exposes it for Prometheus.
func metricOf(url, name string) (float64, error) {
	client := http.Client{Timeout: handshakeTimeout}
	response, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("%s does not have %s", url, name)
}

// storeUse is what the store had done at one moment.
type storeUse struct {
	commits float64
	written int64
}

// StoreWindow is what the store did between two moments.
type StoreWindow struct {
	Commits      float64 `json:"commits"`
	WrittenBytes int64   `json:"writtenBytes"`
}

// storeUseOf is nothing without an URL of metrics.
func storeUseOf(metrics string, broker int) (storeUse, error) {
	if metrics == "" {
		return storeUse{}, nil
	}
	commits, err := metricOf(metrics, commitsMetric)
	if err != nil {
		return storeUse{}, err
	}
	written, err := writtenBytes(broker)
	return storeUse{commits: commits, written: written}, err
}

func (s storeUse) until(later storeUse) *StoreWindow {
	return &StoreWindow{Commits: later.commits - s.commits, WrittenBytes: later.written - s.written}
}
