;;;; {{ generated }}

{{ model.version | string }}
