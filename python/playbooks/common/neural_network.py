class NeuralNetwork:
    """A small multilayer perceptron in numpy, several seeds trained side by side and averaged.

    AdamW with a one-cycle learning rate and dropout. classes is 0 for regression; guesses are probabilities or numbers.
    """

    def __init__(self, classes, seed, hidden=(128, 64), copies=2, rate=3e-3, decay=1e-2, dropout=0.1, smooth=False,
                 steps=1500, batch=64):
        self.classes, self.seed, self.hidden, self.copies = classes, seed, tuple(hidden), copies
        self.rate, self.decay, self.dropout, self.smooth = rate, decay, dropout, smooth
        self.steps, self.batch = steps, batch

    def fit(self, values, goal):
        self.random = np.random.default_rng(self.seed)
        values = np.ascontiguousarray(values, dtype=np.float32)
        if self.classes:
            wanted = np.eye(self.classes, dtype=np.float32)[goal]
        else:
            self.centre, self.spread = float(np.mean(goal)), float(np.std(goal)) or 1.0
            wanted = ((goal - self.centre) / self.spread).astype(np.float32)[:, None]
        self.start(values.shape[1], wanted.shape[1])
        first = [np.zeros_like(weight) for weight in self.layers]
        second = [np.zeros_like(weight) for weight in self.layers]
        batch, place = min(self.batch, len(values)), len(values)
        for step in range(1, self.steps + 1):
            if place + batch > len(values):
                order = np.argsort(self.random.random((self.copies, len(values))), axis=1)
                place = 0
            rows = order[:, place:place + batch]
            place += batch
            gradients = self.gradients(values[rows], wanted[rows])
            self.improve(gradients, first, second, step)
        del self.random
        return self

    def start(self, inputs, outputs):
        sizes = [inputs, *self.hidden, outputs]
        depth = len(self.hidden)
        scales = [np.sqrt((2.0 if layer < depth else 0.5) / size) for layer, size in enumerate(sizes[:-1])]
        weights = [(self.random.standard_normal((self.copies, size, after)) * scale).astype(np.float32)
                   for size, after, scale in zip(sizes, sizes[1:], scales)]
        self.layers = weights + [np.zeros((self.copies, 1, size), dtype=np.float32) for size in sizes[1:]]

    def forward(self, signal, learning=False):
        """The output layer's values; with what gradients need (signals, sums, masks) when learning."""
        depth = len(self.hidden) + 1
        signals, sums, masks = [signal], [], []
        for layer in range(depth):
            total = signal @ self.layers[layer] + self.layers[depth + layer]
            if layer == depth - 1:
                return total, signals, sums, masks
            signal = total * sigmoid(total) if self.smooth else np.maximum(total, 0)
            mask = None
            if learning and self.dropout:
                mask = (self.random.random(signal.shape, dtype=np.float32) > self.dropout) \
                    / np.float32(1 - self.dropout)
                signal = signal * mask
            sums.append(total)
            masks.append(mask)
            signals.append(signal)

    def gradients(self, signal, wanted):
        output, signals, sums, masks = self.forward(signal, learning=True)
        if self.classes:
            output = np.exp(output - output.max(axis=-1, keepdims=True))
            output /= output.sum(axis=-1, keepdims=True)
        error = (output - wanted) / wanted.shape[1]
        depth = len(self.hidden) + 1
        found = [None] * (2 * depth)
        for layer in range(depth - 1, -1, -1):
            found[layer] = np.swapaxes(signals[layer], 1, 2) @ error
            found[depth + layer] = error.sum(axis=1, keepdims=True)
            if layer:
                error = error @ np.swapaxes(self.layers[layer], 1, 2)
                if masks[layer - 1] is not None:
                    error = error * masks[layer - 1]
                total = sums[layer - 1]
                if self.smooth:
                    gate = sigmoid(total)
                    error = error * (gate * (1 + total * (1 - gate)))
                else:
                    error = error * (total > 0)
        return found

    def improve(self, gradients, first, second, step):
        """One step of AdamW; the rate rises over a tenth of the steps and falls as a cosine."""
        done = step / self.steps
        rate = self.rate * (done / 0.1 if done < 0.1 else 0.5 * (1 + np.cos(np.pi * (done - 0.1) / 0.9)))
        slow, fast = 0.9, 0.98
        for place, (weight, gradient) in enumerate(zip(self.layers, gradients)):
            first[place] += (1 - slow) * (gradient - first[place])
            second[place] += (1 - fast) * (gradient * gradient - second[place])
            if place < len(self.layers) // 2:
                weight *= np.float32(1 - rate * self.decay)
            weight -= np.float32(rate / (1 - slow ** step)) * first[place] \
                / (np.sqrt(second[place] / np.float32(1 - fast ** step)) + np.float32(1e-8))

    def guess(self, values):
        values = np.asarray(values, dtype=np.float32)
        parts = [self.forward(np.broadcast_to(part, (self.copies, *part.shape)))[0].astype(float)
                 for part in np.array_split(values, max(1, len(values) // 5000))]
        output = np.concatenate(parts, axis=1)
        if not self.classes:
            return output.mean(axis=0)[:, 0] * self.spread + self.centre
        output = np.exp(output - output.max(axis=-1, keepdims=True))
        return (output / output.sum(axis=-1, keepdims=True)).mean(axis=0)


def sigmoid(values):
    return 1 / (1 + np.exp(-np.clip(values, -30, 30)))
