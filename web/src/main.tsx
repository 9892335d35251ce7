document.title = 'Trainable';
